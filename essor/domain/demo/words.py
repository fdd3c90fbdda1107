"""The words that the demo company is made of."""

from __future__ import annotations

FIRST_FR = (
    "Camille Léa Manon Chloé Inès Jade Louise Emma Alice Anaïs Élise Hélène Céline Aurélie Mathilde Margaux Zoé Agathe "
    "Noémie Sophie Isabelle Nathalie Véronique Françoise Gaëlle Maëlys Yasmine Fatou Aïcha Amélie Lucas Hugo Louis Jules "
    "Gabriel Arthur Raphaël Adam Paul Antoine Maxime Thomas Nicolas Julien Benoît François Jérôme Sébastien Frédéric "
    "Stéphane Loïc Gaël Yann Mehdi Karim Mamadou Rémi Théo Clément Étienne"
).split()
LAST_FR = (
    "Martin Bernard Dubois Thomas Robert Richard Petit Durand Leroy Moreau Simon Laurent Lefèvre Michel Garcia David "
    "Bertrand Roux Vincent Fournier Morel Girard André Lefebvre Mercier Dupont Lambert Bonnet François Martinez Legrand "
    "Garnier Faure Rousseau Blanc Guérin Muller Henry Roussel Nicolas Perrin Morin Mathieu Clément Gauthier Dumont Lopez "
    "Fontaine Chevalier Robin Masson Sanchez Gérard Nguyen Boyer Denis Lemaire Duval Joly Gautier Roger Roche Roy Noël "
    "Meyer Lucas Meunier Jean Perez Marchand Dufour Blanchard Marie Barbier Brun Dumas Brunet Schmitt Leroux Colas "
    "Benali Diallo Traoré Haddad Kowalski Rossi Da_Silva N'Guessan L'Hostis Le_Goff"
).split()
FIRST_EN = (
    "Oliver Amelia Harry Isla George Ava Noah Emily Jack Sophia Leo Grace Charlie Mia Oscar Lily James Ella William Ruby "
    "Henry Alice Samuel Charlotte Daniel Hannah Ethan Megan Ryan Sarah"
).split()
LAST_EN = (
    "Smith Jones Taylor Brown Williams Wilson Johnson Davies Patel Wright Walker White Edwards Green Hall Thompson Clarke "
    "Jackson Wood Harris Cooper Ward Turner Carter Murphy O'Brien Kelly Campbell Stewart Evans"
).split()
CITIES_FR = (
    ("Paris", "75008", "1"), ("Lyon", "69003", "4"), ("Marseille", "13002", "4"), ("Toulouse", "31000", "5"),
    ("Nice", "06000", "4"), ("Nantes", "44000", "2"), ("Strasbourg", "67000", "3"), ("Montpellier", "34000", "4"),
    ("Bordeaux", "33000", "5"), ("Lille", "59000", "3"), ("Rennes", "35000", "2"), ("Reims", "51100", "3"),
    ("Grenoble", "38000", "4"), ("Dijon", "21000", "3"), ("Angers", "49000", "2"), ("Saint-Étienne", "42000", "4"),
    ("Le Havre", "76600", "2"), ("Clermont-Ferrand", "63000", "4"), ("Tours", "37000", "2"), ("Metz", "57000", "3"),
    ("Besançon", "25000", "3"), ("Orléans", "45000", "2"), ("Rouen", "76000", "2"), ("Mulhouse", "68100", "3"),
    ("Caen", "14000", "2"), ("Nancy", "54000", "3"), ("Annecy", "74000", "4"), ("Brest", "29200", "2"),
    ("Limoges", "87000", "5"), ("Pau", "64000", "5"), ("La Rochelle", "17000", "5"), ("Vannes", "56000", "2"),
)  # fmt: skip
CITIES_ABROAD = (
    ("London", "EC2A 4BX", "United Kingdom", "+4420"), ("Manchester", "M2 4WU", "United Kingdom", "+44161"),
    ("Dublin", "D02 X285", "Ireland", "+3531"), ("Bruxelles", "1000", "Belgique", "+322"),
    ("Genève", "1204", "Suisse", "+4122"), ("Luxembourg", "1855", "Luxembourg", "+3524"),
)  # fmt: skip
STREETS = (
    "rue de la République|avenue Jean-Jaurès|boulevard Victor-Hugo|rue Pasteur|place de la Gare|rue des Tanneurs|"
    "quai de la Loire|allée des Tilleuls|rue du Faubourg|avenue de l’Europe|impasse des Forges|rue Marie-Curie|"
    "chemin des Vignes|rue de l’Industrie|avenue Gambetta|cours Mirabeau"
).split("|")
STREETS_ABROAD = ("High Street", "Station Road", "Church Lane", "Park Avenue", "King Street", "Mill Lane")
STEMS = (
    "Alpine Armor Atlantique Aubrac Azur Belledonne Boréal Bretonne Cévennes Champenoise Corail Delta Durance Émeraude "
    "Essentiel Étoile Garonne Granit Helios Horizon Iris Jura Lavande Littoral Lumière Mistral Montagne Nova Océane "
    "Opale Orion Phare Pyrène Quartz Rhône Saphir Savoie Sève Silex Soleil Terroir Tramontane Vallée Vanoise Vercors "
    "Verdon Vendôme Vosges Zénith Ardenne"
).split()
TRADES = (
    ("Conseil", "Consulting"), ("Industrie", "Manufacturing"), ("Transports", "Transportation"), ("Énergie", "Energy"),
    ("Santé", "Healthcare"), ("Bâtiment", "Construction"), ("Logistique", "Shipping"), ("Agroalimentaire", "Food & Beverage"),
    ("Numérique", "Technology"), ("Télécom", "Telecommunications"), ("Assurances", "Insurance"), ("Banque", "Banking"),
    ("Immobilier", "Real Estate"), ("Textile", "Apparel"), ("Chimie", "Chemicals"), ("Électronique", "Electronics"),
    ("Formation", "Education"), ("Médias", "Media"), ("Distribution", "Retail"), ("Ingénierie", "Engineering"),
    ("Hôtellerie", "Hospitality"), ("Environnement", "Environmental"), ("Mécanique", "Machinery"), ("Loisirs", "Recreation"),
)  # fmt: skip
FORMS = ("SAS", "SARL", "SA", "Groupe", "et Fils", "France", "Développement", "Services")
TITLES = (
    ("Directrice générale", "Direction"), ("Directeur des achats", "Achats"), ("Responsable informatique", "Informatique"),
    ("Directrice commerciale", "Ventes"), ("Responsable marketing", "Marketing"), ("Chef de projet", "Projets"),
    ("Directeur financier", "Finance"), ("Responsable production", "Production"), ("Assistante de direction", "Direction"),
    ("Responsable logistique", "Logistique"), ("Directrice des ressources humaines", "RH"), ("Acheteuse", "Achats"),
    ("Chief Executive Officer", "Management"), ("Purchasing Manager", "Purchasing"), ("IT Director", "IT"),
)  # fmt: skip
PRODUCTS = (
    "Capteurs connectés|Maintenance annuelle|Ligne d’assemblage|Audit énergétique|Contrat cadre|Extension de licence|"
    "Renouvellement|Projet pilote|Équipement atelier|Déploiement multi-sites|Formation des équipes|Pièces détachées"
).split("|")
NEXT_STEPS = (
    "Envoyer la proposition|Relancer par téléphone|Organiser une démonstration|Valider le budget|Rencontrer la direction|"
    "Préparer le contrat|Visiter le site"
).split("|")
CALLS = (
    "Appel de découverte|Relance du devis|Point trimestriel|Prise de rendez-vous|Suivi après livraison|Appel entrant"
).split("|")
TEAM_MEETING = "Point d’équipe"
MEETINGS = (
    "Rendez-vous de découverte|Démonstration|Visite du site|Comité de pilotage|Négociation|Revue annuelle|Déjeuner"
).split("|")
TASKS = (
    "Envoyer la documentation|Préparer le devis|Mettre à jour la fiche|Relire le contrat|Demander des références|"
    "Répondre au cahier des charges"
).split("|")
RESULTS = ("Interested", "No answer", "Left message", "Call back", "Not interested")
NOTES = (
    "Budget confirmé pour le prochain trimestre. @{name}, peux-tu préparer le devis ?",
    "Rencontré sur le salon : très intéressé par la maintenance.",
    "@{name} connaît bien leur directeur technique, à associer au prochain rendez-vous.",
    "Préfère être contacté par téléphone, le matin.",
    "Contrat avec un concurrent jusqu’à la fin de l’année.",
)
TOLD = (
    ("mentioned", "On vous mentionne sur « {name} »"),
    ("assigned", "Le compte « {name} » est à vous"),
    ("followed", "Le compte « {name} » a changé"),
    ("followed", "Le compte « {name} » a changé"),
)
